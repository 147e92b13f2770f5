import { OpenAiEndpoint } from '../../analysts/llm/model-endpoint.openai.js';
import type { RunnerMember } from './heard.js';
import { ModelAsker } from './model-asker.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The model that a member asks, or why it has none. */
export type Seat = { readonly model: string; readonly asker: ModelAsker } | { readonly why: string };

/**
 * Models by this process's own environment: `OPENAI_API_KEY` and `OPENAI_BASE_URL`, of a member whose provider is `deepseek`
 * `DEEPSEEK_API_KEY` and `DEEPSEEK_BASE_URL`. The model is the member's, else `OPENAI_MODEL`.
 */
export class Models {
  private readonly askers = new Map<string, ModelAsker>();

  /** @param withinMs for one member's answer, its repair included */
  constructor(private readonly env: Environment, private readonly withinMs: number) {}

  seat({ provider, model }: RunnerMember): Seat {
    const name = (provider ?? 'openai').toUpperCase().replace(/[^A-Z0-9]+/g, '_');
    const [key, url] = [this.env[`${name}_API_KEY`], this.env[`${name}_BASE_URL`]];
    if (!key && !url) return { why: `${name}_API_KEY and ${name}_BASE_URL are not set` };
    if (url && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return { why: `${name}_BASE_URL is no address: it must begin with http:// or https://` };
    if (!url && name !== 'OPENAI') return { why: `${name}_BASE_URL is not set` };
    const asked = model ?? this.env[`${name}_MODEL`];
    if (!asked) return { why: `no model is named: give the member one, or set ${name}_MODEL` };
    return { model: asked, asker: this.asker(name, key || 'none', url || null) };
  }

  private asker(name: string, apiKey: string, baseUrl: string | null): ModelAsker {
    const found = this.askers.get(name);
    if (found) return found;
    const endpoint = new OpenAiEndpoint({ name, apiKey, baseUrl, callsInFlight: 16, breakerMs: 1000 }, () => performance.now());
    const made = new ModelAsker(name.toLowerCase(), endpoint, this.withinMs);
    this.askers.set(name, made);
    return made;
  }
}
