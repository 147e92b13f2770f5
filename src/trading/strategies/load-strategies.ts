import { pathToFileURL } from 'node:url';
import type { StrategyConfig } from '../../config/config.js';
import { parametersOf } from './parameters.js';
import { STRATEGIES } from './registry.js';
import type { Parameters, StrategyClass } from './strategy.js';

/** A strategy of the configuration, ready to be made. */
export interface LoadedStrategy extends StrategyConfig {
  readonly of: StrategyClass;
  /** With the defaults of those that were left out. */
  readonly parameters: Parameters;
}

const HOOKS = ['onTick', 'onCandle', 'onSignal'] as const;

/**
 * Finds each strategy's class, in this house or in a file of one's own (which is run by that), and checks its parameters.
 * `problems`: what is wrong, each with its remedy; a server with any should not start.
 */
export async function loadStrategies(configured: readonly StrategyConfig[]): Promise<{ strategies: readonly LoadedStrategy[]; problems: readonly string[] }> {
  const problems: string[] = [];
  const strategies: LoadedStrategy[] = [];
  for (const config of configured) {
    const say = (problem: string): void => void problems.push(`config/agents.yaml: strategy ${config.id}: ${problem}`);
    const of = config.file === null ? STRATEGIES.get(config.strategy) : await classIn(config.file, config.strategy, say);
    if (of === undefined) say(`strategy ${config.strategy} is not known: use ${[...STRATEGIES.keys()].join(', ')}, or the path of a file such as ./my-strategy.js`);
    if (!of) continue;
    try {
      const { parameters, problems: wrong } = parametersOf(of, config.parameters);
      wrong.forEach(say);
      if (wrong.length === 0 && made(of, parameters, say)) strategies.push({ ...config, of, parameters });
    } catch (error) {
      say(`checking its parameters failed (${(error as Error).message}): correct it in ${config.strategy}`);
    }
  }
  return { strategies, problems };
}

/** What is wrong with a class is found out by making one. */
function made(of: StrategyClass, parameters: Parameters, say: (problem: string) => void): boolean {
  try {
    const strategy = new of(parameters);
    if (HOOKS.some((hook) => typeof strategy[hook] === 'function')) return true;
    say(`${of.name || 'its class'} has none of ${HOOKS.join(', ')}: write at least one`);
  } catch (error) {
    say(`${of.name || 'its class'} cannot be made with ${JSON.stringify(parameters)} (${(error as Error).message}): correct its constructor`);
  }
  return false;
}

/** null, and a problem, where the file has none. */
async function classIn(file: string, path: string, say: (problem: string) => void): Promise<StrategyClass | null> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    say(`${path} cannot be loaded (${error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error)}): correct the file`);
    return null;
  }
  const classes = [...new Set(Object.values(exported).filter(isClass))];
  const found = isClass(exported['default']) ? exported['default'] : classes.length === 1 ? classes[0]! : null;
  if (!found) say(`${path} exports ${classes.length === 0 ? 'no class' : `${classes.length} classes`}: write export default class … with ${HOOKS.join(', ')} or some of them`);
  return found;
}

const isClass = (value: unknown): value is StrategyClass => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
