/**
 * Personal data and secrets in a text: e-mail addresses, phone, card and bank account numbers, network addresses, keys of
 * services. Patterns find candidates, and what can be computed (Luhn, the bank's check digits, the address itself) decides.
 * Addresses kept for examples and private networks are nobody's and do not count. It finds forms, not meaning: a name or
 * a street is not found. Each repetition is bounded and none stands in another's way, so that no text takes long.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { visibleText } from "./similarity.ts";

/** What was found. */
export const personalKinds = ["e-mail", "phone", "card", "iban", "ip-address", "secret"] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** Each kind that a text has, with how many of it, in the order of {@link personalKinds}; what does not show is looked through. */
export function findPersonalData(text: string): ReadonlyMap<PersonalKind, number> {
  let rest = visibleText(text);
  const found = new Map<PersonalKind, number>();
  // What was recognised is taken out, so that a card is no phone number as well.
  for (const kind of byCertainty) {
    const { patterns, isOne } = finders[kind];
    for (const pattern of patterns) {
      rest = rest.replace(pattern, (candidate: string) => {
        if (!isOne(candidate)) return candidate;
        found.set(kind, (found.get(kind) ?? 0) + 1);
        return "\n";
      });
    }
  }
  return new Map(personalKinds.flatMap((kind) => (found.has(kind) ? [[kind, found.get(kind)!] as const] : [])));
}

interface Finder {
  readonly patterns: readonly RegExp[];
  readonly isOne: (candidate: string) => boolean;
}

const byCertainty: readonly PersonalKind[] = ["secret", "e-mail", "iban", "card", "ip-address", "phone"];

const finders: Readonly<Record<PersonalKind, Finder>> = {
  secret: {
    patterns: [
      // Services that mark their keys: OpenAI, Anthropic, Stripe, GitHub, GitLab, Hugging Face, npm, Slack, AWS, Google.
      /(?<![\w-])(?:sk|rk|pk)[-_](?:ant|proj|live|test)[-_][\w-]{16,200}/g,
      /(?<![\w-])sk-[A-Za-z0-9]{32,64}(?![\w-])/g,
      /(?<!\w)(?:gh[opsur]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}|hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{30,64})/g,
      /(?<![\w-])xox[abeoprs]-[\w-]{10,250}/g,
      /(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g,
      /(?<!\w)AIza[\w-]{35}(?![\w-])/g,
      // A signed token: header, payload, signature.
      /(?<!\w)eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}/g,
      /-----BEGIN (?:[A-Z]{1,10} ){0,3}PRIVATE KEY-----/g,
    ],
    isOne: () => true,
  },
  "e-mail": {
    patterns: [/(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,6}/gu],
    isOne: (candidate) => !/[@.](?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$/i.test(candidate),
  },
  iban: { patterns: [/(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/g], isOne: isIban },
  card: { patterns: [/(?<![\w.+-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])/g], isOne: isCard },
  "ip-address": {
    patterns: [/(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w:]|\.\d)/g, /(?<![\w:.])[\da-fA-F:]{6,39}(?![\w:]|\.\d)/g],
    isOne: isAddress,
  },
  phone: {
    patterns: [
      // In the world's form, in North America's, and with a trunk zero.
      /(?<![\w+])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,13}(?!\d)/g,
      /(?<![\w-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?![\w-])/g,
      /(?<![\w.,-])\(?0[1-9]\d{1,4}\)?(?: ?[/-] ?| )(?:\d[ -]?){5,8}\d(?![\w-])/g,
    ],
    // 555-01xx is kept for stories.
    isOne: (candidate) => !/555\D?01\d\d$/.test(candidate),
  },
};

/** The check digit of card numbers (Luhn), over 13 to 19 digits that are not all the same. */
function isCard(candidate: string): boolean {
  const digits = candidate.replace(/\D/g, "");
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1*$/.test(digits)) return false;
  let sum = 0;
  for (const [i, digit] of [...digits].reverse().entries()) {
    const value = i % 2 === 0 ? Number(digit) : Number(digit) * 2;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** Characters of an IBAN, by country: the SEPA area and a few more. */
const ibanLengths: Readonly<Record<string, number>> = {
  ...{ AD: 24, AE: 23, AT: 20, BE: 16, BG: 22, BR: 29, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18 },
  ...{ FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, HR: 21, HU: 28, IE: 22, IL: 23, IS: 26, IT: 27, KW: 30 },
  ...{ KZ: 20, LI: 21, LT: 20, LU: 20, LV: 21, MC: 27, MD: 24, ME: 22, MK: 19, MT: 31, NL: 18, NO: 15, PL: 28, PT: 25 },
  ...{ QA: 29, RO: 24, RS: 22, SA: 24, SE: 24, SI: 19, SK: 24, SM: 27, TR: 26, UA: 29, VA: 22, XK: 20 },
};

/** Whether it begins with an IBAN: a known country, its length, and 1 as the remainder by 97 (ISO 7064). */
function isIban(candidate: string): boolean {
  const compact = candidate.replace(/ /g, "");
  const length = ibanLengths[compact.slice(0, 2)];
  if (length === undefined || compact.length < length) return false;
  const turned = compact.slice(4, length) + compact.slice(0, 4);
  let rest = 0;
  for (const character of turned) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Networks that are nobody's in particular: private, local, and kept for examples. */
const nobodys = new BlockList();
const subnets = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"],
  ...["192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"],
  ...["::/127", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8"],
];
for (const subnet of subnets) {
  const [net = "", prefix] = subnet.split("/");
  nobodys.addSubnet(net, Number(prefix), isIPv4(net) ? "ipv4" : "ipv6");
}

/** An address of the open internet. The public resolvers' (8.8.8.8 and others) count too: the form alone is judged. */
function isAddress(candidate: string): boolean {
  if (isIPv4(candidate)) return !nobodys.check(candidate, "ipv4");
  // A time or a C++ name has no four groups.
  if (!isIPv6(candidate) || candidate.split(":").filter((group) => group !== "").length < 3) return false;
  return !nobodys.check(candidate, "ipv6");
}
