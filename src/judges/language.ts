/** Which language an answer is in, as far as a judge that learned English has to know. */
import eld from "eld/small";

/** Characters that are looked at: the first sentences tell. */
const looked = 1000;

/** ISO 639-1 code of an answer's language where that is surely another than English. */
export function otherLanguage(text: string): string | undefined {
  const found = eld.detect(text.slice(0, looked));
  return found.language !== "en" && found.isReliable() ? found.language : undefined;
}
