import { LEADER, type RunnerMember } from './heard.js';
import type { Models } from './models.js';
import { abstains, noTrade, type Decision, type MemberOpinion } from './opinion.js';
import { leaderMessages, memberMessages } from './prompts.js';
import { decisionReply, opinionReply } from './replies.js';
import { checked } from './rules/checks.js';
import { leader as leaderByRule } from './rules/leader.js';
import { byRule } from './rules/roles.js';
import type { Situation } from './situation.js';

/** A member with its opinion. */
export interface Spoken {
  readonly member: RunnerMember;
  readonly opinion: MemberOpinion;
}

export interface Discussion {
  readonly situation: Situation;
  readonly voices: readonly Spoken[];
  readonly decision: Decision;
  /** Milliseconds. */
  readonly timings: { readonly members: number; readonly leader: number };
}

/** Members at once, each by its model or else by its rule; then the leader from what they said; then the checks that nobody passes over. */
export class Discussing {
  /** @param clock monotonic milliseconds */
  constructor(private readonly models: Models, private readonly clock: () => number) {}

  /** Never rejects: who fails abstains, a leader who fails trades nothing. `spoke` hears each opinion as it comes. */
  async about(situation: Situation, stopped: AbortSignal, spoke: (spoken: Spoken) => void): Promise<Discussion> {
    const { members } = situation.group;
    const begun = this.clock();
    const voices = await Promise.all(members.filter(({ role }) => role !== LEADER).map(async (member) => {
      const spoken = { member, opinion: await this.opinion(member, situation, stopped) };
      spoke(spoken);
      return spoken;
    }));
    const heard = this.clock();
    const leader = members.find(({ role }) => role === LEADER)!;
    const decision = checked(await this.decision(leader, situation, voices, stopped), situation, voices);
    return { situation, voices, decision, timings: { members: Math.round(heard - begun), leader: Math.round(this.clock() - heard) } };
  }

  private async opinion(member: RunnerMember, situation: Situation, stopped: AbortSignal): Promise<MemberOpinion> {
    const seat = this.models.seat(member);
    if ('why' in seat) return byRule(member, situation);
    const source = `model:${seat.model}`;
    const replied = await seat.asker.ask(seat.model, member.memberId, memberMessages(member, situation), opinionReply, stopped);
    return 'value' in replied ? { ...replied.value, source } : abstains(source, replied.flaw);
  }

  private async decision(leader: RunnerMember, situation: Situation, voices: readonly Spoken[], stopped: AbortSignal): Promise<Decision> {
    const seat = this.models.seat(leader);
    if ('why' in seat) return leaderByRule(situation, voices);
    const source = `model:${seat.model}`;
    const replied = await seat.asker.ask(seat.model, leader.memberId, leaderMessages(leader, situation, voices), decisionReply, stopped);
    return 'value' in replied ? { ...replied.value, source } : noTrade(source, `The leader has not decided: ${replied.flaw}`);
  }
}
