import type { NewMember } from './panel.js';

interface MemberIn {
  readonly name: string;
  readonly role: string;
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly system_prompt?: string | null;
}

/** A member as a client sends it. */
export const newMember = ({ name, role, provider = null, model = null, system_prompt: systemPrompt }: MemberIn): NewMember =>
  ({ name, role, provider, model, systemPrompt: (systemPrompt ?? '').trim() });

/** What of a member is to change. null gives provider and model up, and goes back to the role's prompt. */
export const memberChange = ({ name, role, provider, model, system_prompt: systemPrompt }: Partial<MemberIn>): Partial<NewMember> => ({
  ...(name != null && { name }), ...(role != null && { role }), ...(provider !== undefined && { provider }), ...(model !== undefined && { model }),
  ...(systemPrompt !== undefined && { systemPrompt: (systemPrompt ?? '').trim() }),
});
