import type { ParameterRange, Parameters, StrategyClass } from './strategy.js';

/** All parameters, those that are left out as their defaults, and what is wrong with them, each with its remedy. */
export function parametersOf(of: Pick<StrategyClass, 'parameters' | 'problems'>, given: Parameters): { parameters: Parameters; problems: readonly string[] } {
  const ranges = of.parameters ?? {};
  const names = Object.keys(ranges);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(ranges, name))
    .map((name) => `parameters.${name} is none of its parameters: ${names.length > 0 ? `use ${names.join(', ')}` : 'it has none'}`);
  const parameters = Object.freeze(Object.fromEntries(names.map((name) => [name, Object.hasOwn(given, name) ? given[name]! : ranges[name]!.default])));
  const outside = names.flatMap((name) => (fits(parameters[name]!, ranges[name]!) ? [] : [`parameters.${name} must be ${inWords(ranges[name]!)}, not ${parameters[name]}`]));
  const problems = [...unknown, ...outside];
  return { parameters, problems: problems.length > 0 ? problems : of.problems?.(parameters) ?? [] };
}

const fits = (value: number, { least, most, whole = false }: ParameterRange): boolean =>
  value >= least && value <= most && (!whole || Number.isInteger(value));

const inWords = ({ default: fallback, least, most, whole = false }: ParameterRange): string =>
  `${whole ? 'a whole number ' : ''}from ${least} to ${most} (${fallback} where it is left out)`;
