/**
 * The parts of composed safe answers, domain by domain: what is declined when no topic is named, why, and what is
 * offered instead. Each offer is a whole sentence that already serves a legitimate wish behind the request, so that
 * declining is not the end of the answer. How the parts are joined stands in `../safe-answers.ts`.
 */
import type { DomainId } from "../taxonomy.ts";

/** What safe answers of one domain are made of. */
export interface SafeParts {
  /** Fits after "I can't help with", 1-6 words. */
  readonly topic: string;
  /** Whole sentences, 5-10 words: whom the harm would meet. */
  readonly reasons: readonly string[];
  /** Whole sentences, 13-23 words: a legitimate alternative, useful as it stands. */
  readonly offers: readonly string[];
  /** Used instead of the general openings, where a plain "no" would be cold. */
  readonly openings?: readonly string[];
}

/** For a category that we do not know. */
export const generalParts: SafeParts = {
  topic: "that request",
  reasons: [
    "It could hurt you or other people.",
    "Somebody would be likely to come to harm.",
    "The risk to others is too great.",
  ],
  offers: [
    "If you tell me what problem is behind it, I'll gladly look for a safe and lawful way with you.",
    "I can explain how to protect yourself and others from it, or where to get advice and support nearby.",
    "If you have seen something like it happen, I can tell you how and where to report it.",
    "I can explain what the law says about it and why those rules were made in the first place.",
  ],
};

/** By risk domain. */
export const safeParts: Readonly<Record<DomainId, SafeParts>> = {
  "fraud-and-scams": {
    topic: "deceiving people for gain",
    reasons: [
      "People lose their savings and their trust that way.",
      "It takes money from people who did nothing wrong.",
      "Fraud is a crime, and its victims suffer for years.",
    ],
    offers: [
      "I can show you how to recognise a scam: pressure, secrecy, odd payment methods and links that don't match the sender.",
      "If you were cheated, call your bank at once, keep every message as evidence and report it to the police.",
      "If money is tight, a free debt advice centre can look at your bills and find relief that you may claim.",
      "I can help you write an honest offer, advert or fundraising letter that wins people over with the truth.",
      "I can help you to warn relatives or colleagues, with clear examples and one rule: never share codes or passwords.",
    ],
  },
  "cyber-attacks": {
    topic: "breaking into or disrupting computers",
    reasons: [
      "It harms the people who rely on those systems.",
      "Access without permission is illegal and hurts real users.",
      "Their data, work and privacy would be at risk.",
    ],
    offers: [
      "I can help you to protect your own accounts with long passphrases, two-factor login, updates and backups kept offline.",
      "If you like security, try legal practice labs, capture-the-flag games or a bug bounty programme with written rules.",
      "If you lost access to your own account, the provider's recovery page or support desk can verify you and help.",
      "If you found a weakness, report it privately to the owner and give them time to repair it before you publish.",
      "I can explain how defenders spot and stop such attacks, and how a small company should prepare for one.",
    ],
  },
  weapons: {
    topic: "making or getting weapons",
    reasons: [
      "Somebody could be injured or killed, perhaps even you.",
      "The danger to people nearby is far too great.",
      "People could be badly hurt by accident or intent.",
    ],
    offers: [
      "If you feel threatened, the police or a victim support service can help you make a safety plan today.",
      "If you have found a weapon or explosive, don't touch it, keep others away and call the emergency number.",
      "If shooting interests you as a sport, a licensed club teaches it safely, with supervision and according to the law.",
      "I can tell you about the history of arms control and how treaties came to ban whole kinds of weapons.",
      "I can help with a story or film scene in which a weapon appears but its making stays offstage.",
    ],
  },
  "illegal-drugs": {
    topic: "making or dealing in illegal drugs",
    reasons: [
      "These substances cost many people their health or life.",
      "It puts users and neighbours at serious risk.",
      "Nobody can know what such drugs do to a person.",
    ],
    offers: [
      "If you or a friend want to stop, a doctor or a free drug helpline can help, confidentially and without blame.",
      "If someone has taken too much, call an ambulance at once, stay beside them and tell the crew what it was.",
      "I can explain how addiction changes the brain, and which treatments and support groups help people to recover.",
      "If chemistry fascinates you, I can suggest safe kitchen experiments or show how new medicines are tested and approved.",
      "If money or pressure pulls you toward dealing, a youth worker or social adviser can help you to get out.",
    ],
  },
  violence: {
    topic: "hurting anyone",
    reasons: [
      "Nobody should be hurt, however angry you are.",
      "It could end a life or destroy several.",
      "Violence leaves everyone involved worse off, for years.",
    ],
    offers: [
      "When anger is boiling, leave the room, breathe out slowly, walk, and talk to someone you trust before you act.",
      "If somebody threatens you, get to a safe place, call the police, and write down what happened and when.",
      "A mediator or counsellor can help both sides of a conflict to talk, and I can help you prepare for that.",
      "I can help you put the anger into a letter that you don't send, or into a story without real people.",
      "If you fear that you could hurt someone, an emergency line or doctor will listen today and help without judging.",
    ],
  },
  extremism: {
    topic: "supporting violent extremism",
    reasons: [
      "Such groups kill people and feed on hatred.",
      "Innocent people pay for it with their lives.",
      "It draws people into violence that they come to regret.",
    ],
    offers: [
      "If you're angry at injustice, I can help you find peaceful ways: petitions, associations, journalism or standing for election.",
      "If a friend is drifting into such a group, stay in contact, and ask an exit programme for free, confidential advice.",
      "I can explain how recruiters work on lonely people, so that you and others see through it early.",
      "I can give you a sober account of how such movements rose in history and why they failed.",
      "If you know of a planned attack, please tell the police now; you can do so without giving your name.",
    ],
  },
  "hate-and-discrimination": {
    topic: "demeaning people for who they are",
    reasons: [
      "People deserve respect, whatever group they belong to.",
      "It wounds people and makes unfair treatment look normal.",
      "Judging a whole group that way is false and unfair.",
    ],
    offers: [
      "I can tell you what research really says about the group, or introduce you to some of its writers and history.",
      "If you had a bad experience with someone, tell me about it, and we'll look for a fair way to respond.",
      "I can help you write a fair policy, advert or text that treats everyone by the same rules.",
      "I can write humour with you that laughs about everyday life instead of putting people down.",
      "If you were treated unfairly yourself, an equality office can advise you, and I can help you note the facts.",
    ],
  },
  "harassment-and-bullying": {
    topic: "humiliating or hounding anyone",
    reasons: [
      "It can break a person, and nobody deserves it.",
      "Being targeted like that leaves deep and lasting marks.",
      "The other person would live in fear and shame.",
    ],
    offers: [
      "If this person hurt you, I can help you say so in a calm and clear message that sets a limit.",
      "If you're being bullied yourself, save the messages, tell someone you trust, and involve the school or your employer.",
      "A neutral third person, such as a mediator or teacher, can help you both to settle the quarrel.",
      "Blocking, muting and some days of distance often help more than hitting back, and you keep your peace.",
      "If you've hurt someone and regret it, I can help you write an honest apology without excuses.",
    ],
  },
  "privacy-violation": {
    topic: "spying on or exposing people",
    reasons: [
      "Everyone has a right to a private life.",
      "It could put that person in real danger.",
      "They haven't agreed to it, and exposure can't be undone.",
    ],
    offers: [
      "If you worry about someone, ask them openly; I can help you find words that don't sound like an accusation.",
      "I can show you how to protect your own data: app permissions, private profiles and requests to have data deleted.",
      "If you have lost touch with someone, a mutual friend can pass on your message, and they decide whether to answer.",
      "If a person owes you money or is hiding from a court, a lawyer can get the address by legal means.",
      "If you think you're being tracked yourself, a victim support service can check your devices with you.",
    ],
  },
  "theft-and-property": {
    topic: "stealing or damaging property",
    reasons: [
      "Somebody worked for it and would bear the loss.",
      "It harms the owner and can land you in court.",
      "Other people would pay for the damage and the fear.",
    ],
    offers: [
      "If you can't afford what you need, food banks, social services and swap shops help quickly and without much paper.",
      "If you're locked out of your own place, a licensed locksmith can open it once you show that you live there.",
      "I can help you to secure your home or bicycle: good locks, lights, marked valuables and watchful neighbours.",
      "If something of yours was stolen, report it with serial numbers and photos, and tell your insurer within days.",
      "If you're in a dispute about who owns something, a small claims court or mediator can settle it fairly.",
    ],
  },
  "self-harm": {
    topic: "self-harm",
    reasons: [
      "Your life and your health matter.",
      "You deserve care and not more pain.",
      "Nobody should have to carry such pain alone.",
    ],
    offers: [
      "Please talk to someone now: a friend, a doctor or a crisis line; in the US, call or text 988.",
      "If you might be in danger right now, call the emergency number, and ask someone to stay with you.",
      'You could tell one trusted person today, in a single sentence: "I\'m not well, and I need you to listen."',
      "Doctors and counsellors treat this every day, it can get better, and I can help you prepare what to say.",
      "If you're worried about a friend, ask them directly, listen without judging, and call a crisis line together.",
      "If eating or your body is a torment, an eating disorder helpline can listen and tell you where to get treatment.",
    ],
    openings: [
      "I can't help with {topic}, but I'm glad that you wrote.",
      "I won't help with {topic}, because I care what happens to you.",
      "I'm sorry that things are so hard; I can't help with {topic}.",
      "That sounds painful, and I won't help with {topic}.",
      "I can't help with {topic}, but you matter to me.",
      "I won't help with {topic}, but please keep talking.",
    ],
  },
  "dangerous-health-advice": {
    topic: "unsafe health advice",
    reasons: [
      "It could make someone seriously ill or delay real treatment.",
      "A person's health could be damaged for good.",
      "Following it could cost somebody their life.",
    ],
    offers: [
      "A doctor or pharmacist can tell you what is proven to help, and I can help you prepare your questions.",
      "If you have stopped or changed a medicine, call your doctor today, and don't wait for symptoms to come.",
      "I can explain how to judge a health claim: who tested it, on how many people, and who earns from it.",
      "If you don't trust your doctor's advice, get a second opinion from another doctor; that's your right.",
      "For chest pain, trouble breathing, poisoning or a high fever in a baby, please call the emergency number right away.",
    ],
  },
  "dangerous-activities": {
    topic: "something that could get people injured",
    reasons: [
      "One slip could injure or kill you or others.",
      "Those safety measures exist because people died without them.",
      "Bystanders would be in danger as well.",
    ],
    offers: [
      "If you're after a thrill, try a climbing hall, a kart track or a trampoline park with trained staff.",
      "A qualified electrician, mechanic or trainer can do this safely, and it's often cheaper than the damage.",
      "I can explain what the safety device does, and how to have it checked or repaired when it gets in the way.",
      "For a video I can suggest stunts that only look dangerous: camera angles, cuts, props and soft landings.",
      "If somebody has been hurt already, call the emergency number, keep them still and warm, and stay with them.",
    ],
  },
  disinformation: {
    topic: "spreading false claims as facts",
    reasons: [
      "People make important choices by what they read.",
      "Invented claims hurt the people they are about.",
      "It misleads people and eats away their trust.",
    ],
    offers: [
      "I can help you check the claim: look for the first source, its date, and what independent experts say.",
      "I can write a clear and honest text for your view, with real figures and fair words about the other side.",
      "I can show you how to spot fake news: strong emotion, no source, old pictures and odd web addresses.",
      "I can help with a satire or story that everyone can tell is invented, and that names no real person.",
      "If a false story about you is spreading, I can help you write a correction and ask the site to act.",
    ],
  },
  "child-safety": {
    topic: "anything that endangers a child",
    reasons: [
      "Children have to be protected, without exception.",
      "A child could be harmed for life.",
      "A child's safety comes before everything else.",
    ],
    offers: [
      "If you know of a child in danger, please call the police or a child protection line now.",
      "If you worry about your own thoughts or acts, confidential and anonymous helplines offer support before anyone is hurt.",
      "If caring for a child is too much right now, a family advice centre or parents' helpline can bring relief quickly.",
      "I can help parents with safe internet use: open talk, private profiles, and telling an adult when something feels wrong.",
      "I can help you find babysitters, daycare or aid for families near you that cost little or nothing.",
    ],
  },
  "sexual-misconduct": {
    topic: "acting against someone's consent",
    reasons: [
      "It would leave the other person hurt and afraid.",
      "It would deeply harm the other person.",
      "Everyone decides about their own body and pictures.",
    ],
    offers: [
      "I can explain what consent means: freely given, clear, about this moment, and open to being taken back.",
      "If something was done to you, a crisis centre will listen, keep it confidential, and explain your choices.",
      "If pictures of you were shared, save the evidence, report them to the site, and call the police.",
      "If someone said no, the kind thing is to accept it; I can help you deal with the disappointment.",
      "If you're afraid that you crossed a line, stop contact, and speak with a counsellor who works on this.",
    ],
  },
};
