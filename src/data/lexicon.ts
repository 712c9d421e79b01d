/**
 * Which words point to which risk domain: telling words kept by hand, and the behaviours' own. Of the latter a word
 * of the topic counts more than one of the text, and a word of many domains less than one of few.
 */
import { type Behaviour, behaviours } from "./behaviours.ts";
import { domainWords } from "./domain-words.ts";
import { domains } from "./taxonomy.ts";

/** Domain id → stem → weight in (0, 1]. */
export type Lexicons = ReadonlyMap<string, ReadonlyMap<string, number>>;

const stopWords = new Set(
  `a about above after again against all almost also although always am an and another any anybody anything are as at
  away back be became because been before being belong below best better between both but by call came can cannot
  claim come could day did different do does done down during each early easy even ever every everybody everything
  explain few find first for from full get gets getting give go going good had has have he her here hers herself him
  his how i if in inside into is it its join just keep keeping know known last late leave let letter like little long
  look looks made make makes making many me mine more most must my myself never new next nine no nobody not nothing
  now of off often old on once one only or other others our out over own people perfect person personal place plan put
  right run running said same say says see set she should show so some somebody something start stay still such take
  takes taking tell ten than that the their them themselves then there these they thing things this those three through
  time to today together tomorrow too town turn two under until up us use used using very want was way we week well
  went were what when where which while who whole whom whose why will with without word words work works would write
  year years yes you your yourself advice attack helps unsafe acting worse`.split(/\s+/),
);

/** Content words of a text as rough stems, disguises undone as far as that is cheap. */
export function contentStems(text: string): Set<string> {
  const words = undisguise(text).match(/\p{L}+/gu) ?? [];
  return new Set(words.filter((word) => word.length > 2 && !stopWords.has(word)).map(stem));
}

/** `p-h-i-s-h`, `phi+shing`, `ph1sh1ng` and odd capitals back to plain lower case. */
function undisguise(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/(?<!\p{L})(?:\p{L}[-._])+\p{L}(?!\p{L})/gu, (spelled) => spelled.replace(/[-._]/g, ""))
    .replace(/(?<=\p{L})\+(?=\p{L})/gu, "")
    .replace(/[\p{L}\d@$]*\p{L}[\p{L}\d@$]*/gu, (word) => word.replace(/[01345@$]/g, (sign) => letters[sign] ?? sign));
}

const letters: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "@": "a",
  $: "s",
};

/** Endings off, so that "scam", "scams", "scammed" and "scamming" mostly meet. */
function stem(word: string): string {
  const base = word
    .replace(/ies$/, "y")
    .replace(/(?<=\p{L}{3})(?:ing|ers?|ed|es|s)$/u, "")
    .replace(/(?<=\p{L}{3})e$/u, "");
  return base.replace(/([bdfglmnprt])\1$/, "$1");
}

/** A word of a behaviour's topic, and one of its text only. */
const TOPIC_WEIGHT = 1;
const TEXT_WEIGHT = 0.5;

/**
 * The lexicons of our own domains.
 *
 * @param list what to take the words from. @default all behaviours
 */
export function domainLexicons(list: readonly Behaviour[] = behaviours): Lexicons {
  const lexicons = new Map(domains.map((domain) => [domain.id as string, new Map<string, number>()]));
  for (const behaviour of list) {
    const lexicon = lexicons.get(behaviour.domain)!;
    for (const word of contentStems(behaviour.text)) lexicon.set(word, Math.max(lexicon.get(word) ?? 0, TEXT_WEIGHT));
    for (const word of contentStems(behaviour.topic)) lexicon.set(word, TOPIC_WEIGHT);
  }
  const spread = new Map<string, number>();
  for (const lexicon of lexicons.values())
    for (const word of lexicon.keys()) spread.set(word, (spread.get(word) ?? 0) + 1);
  for (const lexicon of lexicons.values()) {
    for (const [word, weight] of lexicon) lexicon.set(word, weight / spread.get(word)!);
  }
  for (const { id, name } of domains) {
    for (const word of contentStems(`${name} ${domainWords[id]}`)) lexicons.get(id)!.set(word, TOPIC_WEIGHT);
  }
  return lexicons;
}

/** Sum of the weights of the text's words in a lexicon. */
export function topicScore(text: string, lexicon: ReadonlyMap<string, number>): number {
  let score = 0;
  for (const word of contentStems(text)) score += lexicon.get(word) ?? 0;
  return score;
}
