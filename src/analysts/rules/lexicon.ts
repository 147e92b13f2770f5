/**
 * Words of financial news and how good (positive) or bad they are for the price of what they are about, −3 to 3. Our own
 * list: a word is in it for what it means in a headline on a company or coin, not in general (a `beat`, a `miss`, a `cut`).
 */
const LISTS: readonly (readonly [number, string])[] = [
  [3, 'surge surges surged surging soar soars soared soaring skyrocket skyrockets skyrocketed skyrocketing record-high blowout windfall breakthrough rocket rockets rocketed moonshot'],
  [2, 'beat beats beating rally rallies rallied rallying jump jumps jumped jumping upgrade upgrades upgraded upgrading outperform outperforms outperformed outperforming bullish bull boom booms booming '
    + 'profit profits profitable profitability win wins won winning winner approve approves approved approval approvals breakout rebound rebounds rebounded rebounding climb climbs climbed climbing '
    + 'accelerate accelerates accelerated accelerating acceleration exceed exceeds exceeded exceeding tops topped topping buyback buybacks dividend dividends raise raises raised raising hike-guidance '
    + 'strong stronger strongest robust stellar impressive excellent success successful successfully triumph triumphs landmark milestone all-time-high outpace outpaces outpaced'],
  [1, 'gain gains gained gaining rise rises rose rising risen up higher high grow grows grew growing growth expand expands expanded expanding expansion increase increases increased increasing '
    + 'improve improves improved improving improvement improvements recover recovers recovered recovering recovery positive optimistic optimism confident confidence upbeat upside advance advances advanced advancing '
    + 'boost boosts boosted boosting lift lifts lifted lifting partnership partnerships partner partners launch launches launched launching deal deals contract contracts award awards awarded adopt adopts adopted '
    + 'adoption inflow inflows demand healthy resilient resilience solid steady support supports supported supporting buy buys buying bought overweight accumulate accumulates accumulated accumulating undervalued '
    + 'innovation innovative leading leader leads momentum efficient efficiency efficiencies synergy synergies savings reward rewards rewarded benefit benefits benefited attractive opportunity opportunities '
    + 'acquire acquires acquired acquisition backed backing embrace embraces embraced unlock unlocks unlocked ease eases eased easing stimulus thrive thrives thriving'],
  [-1, 'fall falls fell falling fallen drop drops dropped dropping decline declines declined declining down lower low slip slips slipped slipping dip dips dipped dipping ease-off retreat retreats retreated retreating '
    + 'weak weaker weakest weakness soft softer softness slow slows slowed slowing slowdown sluggish loss losses lose loses losing lost concern concerns concerned worry worries worried worrying caution cautious '
    + 'cautiously uncertain uncertainty uncertainties risk risks risky pressure pressures pressured headwind headwinds delay delays delayed delaying shortfall shortage shortages decrease decreases decreased '
    + 'decreasing reduce reduces reduced reducing reduction cut cuts cutting negative pessimistic pessimism sell sells selling sold underweight outflow outflows overvalued expensive debt debts deficit deficits '
    + 'layoff layoffs dismiss dismisses dismissed probe probes probed inquiry inquiries scrutiny dispute disputes disputed criticism criticized criticised complaint complaints penalty penalties tariff tariffs '
    + 'inflation volatile volatility disappoint disappoints struggle struggles struggled struggling stall stalls stalled stalling halt halts halted halting suspend suspends suspended suspension trim trims trimmed '
    + 'resign resigns resigned resignation unrest tension tensions fear fears feared fearing warn-off glitch glitches outage outages'],
  [-2, 'miss misses missed missing plunge plunges plunged plunging tumble tumbles tumbled tumbling slump slumps slumped slumping sink sinks sank sinking slide slides slid sliding downgrade downgrades downgraded '
    + 'downgrading underperform underperforms underperformed underperforming bearish bear selloff sell-off warn warns warned warning warnings lawsuit lawsuits sue sues sued suing investigate investigates '
    + 'investigated investigation investigations recall recalls recalled recalling disappointing disappointed disappointment fine fines fined reject rejects rejected rejection ban bans banned banning sanction sanctions '
    + 'sanctioned default-risk breach breaches breached impairment impairments writedown write-down writeoff write-off recession contraction contract-loss crisis crises shutdown shutdowns strike strikes dump dumps dumped dumping '
    + 'liquidate liquidates liquidated liquidation liquidations delist delists delisted delisting restate restates restated restatement allegation allegations alleged alleges accuse accuses accused accusing halve halves halved violation violations '
    + 'violate violates violated subpoena subpoenas antitrust dilution dilutive dilute dilutes downturn turmoil wipe wipes wiped'],
  [-3, 'crash crashes crashed crashing collapse collapses collapsed collapsing plummet plummets plummeted plummeting bankrupt bankruptcy bankruptcies insolvent insolvency fraud frauds fraudulent scandal scandals hack hacks '
    + 'hacked hacking exploit exploits exploited stolen theft scam scams ponzi default defaults defaulted defaulting indict indicts indicted indictment catastrophe catastrophic disaster disastrous panic rout meltdown '
    + 'embezzlement insider-trading rug-pull'],
];

/** Score of each word, −3 to 3. */
export const LEXICON: ReadonlyMap<string, number> = new Map(LISTS.flatMap(([score, words]) => words.split(' ').map((word): [string, number] => [word, score])));

/** Turn around what follows within three words. */
export const NEGATIONS: ReadonlySet<string> = new Set(
  "not no never none neither nor without hardly barely scarcely cannot can't won't don't doesn't didn't isn't aren't wasn't weren't hasn't haven't fails fail failed failing avoid avoids avoided averts avert averted denies deny denied lack lacks lacked".split(' '),
);

/** Scale the next word. */
export const INTENSITIES: ReadonlyMap<string, number> = new Map([
  ...'very extremely sharply strongly massively hugely significantly dramatically steeply heavily deeply biggest huge massive sharp steep major worst best'.split(' ').map((word): [string, number] => [word, 1.5]),
  ...'slightly somewhat modestly marginally little mildly partly partially fairly minor small modest slight'.split(' ').map((word): [string, number] => [word, 0.5]),
]);
