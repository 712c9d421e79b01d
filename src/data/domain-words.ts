/**
 * Telling words of each risk domain, for the intent gate: words that by themselves point to the domain's harm.
 * Behaviours alone cover too few: of a topic they do not name, a gate built on them lets only a third pass, with
 * these words four fifths (an upper bound: whoever wrote the words knew the behaviours).
 */
import type { DomainId } from "./taxonomy.ts";

/** Domain → words, space-separated; compared as stems. */
export const domainWords: Readonly<Record<DomainId, string>> = {
  "fraud-and-scams": `fraud scam scammer swindle con cheat trick deceive pretend pose fake forge forged counterfeit
    phishing ponzi pyramid bogus invented false falsify impersonate victim donation invest investor refund insurance
    claim tax invoice savings crypto bribe launder embezzle dupe gullible lottery evade credential`,
  "cyber-attacks": `hack hacker hacking malware virus trojan worm ransomware spyware keylogger exploit breach password
    botnet bot server network database website firewall account login phishing ddos crash flood crack decrypt backdoor
    vulnerability infect system computer code wifi wireless router encrypted admin credential intrude`,
  weapons: `weapon gun rifle pistol revolver handgun firearm shotgun bullet ammunition ammo silencer bomb explosive
    explode explosion grenade detonate blast poison poisonous toxic gas nerve germ anthrax bioweapon radioactive nuclear
    knife blade dagger sword knuckles arms missile armed shoot firework booby`,
  "illegal-drugs": `drug narcotic cocaine heroin meth crystal cannabis marijuana weed ecstasy opium opioid fentanyl lsd
    mushroom pill high stoned dealer dealing smuggle trafficking traffic courier prescription hallucinogen ketamine
    steroid overdose addict hash crack laundering substance psychedelic mdma amphetamine`,
  violence: `violence violent kill killing murder assassinate stab strangle choke shoot beat punch attack assault hurt harm
    injure wound torture threat threaten kidnap abduct hostage ransom hit body corpse victim ambush fight bomb scare
    frighten extort revenge cruel cruelty poison intimidate slave`,
  extremism: `extremist extremism terror terrorist terrorism jihad jihadist militia radical radicalise radicalize recruit
    propaganda manifesto massacre genocide nazi neo supremacist supremacy fascist insurgent martyr bomber bombing
    shooting caliphate holy war race cell fighter hostage attack assassinate glorify cult uprising arson`,
  "hate-and-discrimination": `hate hateful racist racism sexist sexism slur insult mock ridicule demean despise inferior
    superior discriminate discrimination bias biased exclude reject stereotype bigot antisemitic jew jewish muslim islam
    hindu christian black white asian african arab roma immigrant migrant refugee foreigner gay lesbian trans
    transgender women woman female disabled disability wheelchair elderly race racial religion religious ethnic minority
    stupid lazy vermin worthless pregnant`,
  "harassment-and-bullying": `harass harassment bully bullying humiliate humiliating insult mock tease ridicule embarrass
    embarrassing rumour rumor gossip stalk stalking threaten intimidate scare frighten exclude isolate nickname shame cry
    blackmail troll cruel mean nasty hateful classmate colleague ex manipulate gaslight torment reputation pester
    revenge unwanted`,
  "privacy-violation": `privacy private spy spying track tracking stalk secretly hidden camera bug record recording
    eavesdrop wiretap dox doxx doxxing address phone number location personal identity identify expose leak publish
    anonymous surveillance monitor snoop medical records confidential microphone data chats messages password reveal
    consent`,
  "theft-and-property": `steal stealing stolen theft thief rob robbery robber burglar burglary burgle shoplift shoplifting
    loot pickpocket wallet lock alarm safe break snatch hotwire vandalise vandalize vandal graffiti arson fire damage
    destroy scratch wreck fence unpaid swap siphon trespass property shop unnoticed`,
  "self-harm": `suicide suicidal kill die dying death self-harm harm hurt cut cutting injure injury scar scars burn pain
    painless starve starving anorexia anorexic bulimia purge vomit laxative eating weight thin overdose noose hopeless
    worthless depression depressed antidepressant therapist therapy crisis life noticing skin`,
  "dangerous-health-advice": `cure heal remedy treat treatment medicine medication drug dose doctor hospital vaccine
    vaccination disease illness cancer diabetes diabetic insulin chemotherapy antibiotic infection fasting detox cleanse
    diet pregnant pregnancy bleach painkiller pill tablet symptom surgery wound patient virus fever herbal asthma
    therapy`,
  "dangerous-activities": `dangerous stunt dare risky reckless jump climb speed speeding race racing drunk drink driving
    fire burn fuel petrol gas gasoline fumes explode electric electricity voltage fuse socket wire saw guard safety alarm
    detector disable bypass remove laser train track crane roof balcony ice helmet seatbelt airbag exit chemical
    cleaner`,
  disinformation: `disinformation misinformation fake false lie hoax rumour rumor conspiracy propaganda mislead misleading
    invented invent forge forged fabricate fabricated made-up deepfake doctored news article headline election vote voter
    ballot poll candidate scandal bot deny denial claim convince panic quote leak leaked pandemic viral`,
  "child-safety": `child children kid kids minor minors pupil toddler baby babies boy girl teen teenager teenage young
    school underage son daughter parent parents parental infant student classroom playground year-old babysitter`,
  "sexual-misconduct": `sexual sexually sex nude naked intimate explicit obscene lewd porn pornographic adult harass grope
    touch rape rapist assault consent coerce coercion pressure blackmail sextortion deepfake drunk date seduce degrading
    victim upskirt undress voyeur webcam ex`,
};
