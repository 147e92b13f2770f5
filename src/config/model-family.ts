/** By how a model's name begins, after any `vendor/`. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(gpt|o\d|chatgpt)/, 'gpt'], [/^claude/, 'claude'], [/^gemini/, 'gemini'], [/^gemma/, 'gemma'], [/^(llama|meta-llama|codellama)/, 'llama'],
  [/^(mistral|mixtral|ministral|magistral)/, 'mistral'], [/^(qwen|qwq)/, 'qwen'], [/^deepseek/, 'deepseek'], [/^grok/, 'grok'], [/^phi/, 'phi'], [/^command/, 'command'],
];

/** What a model fails together with: its makers' family, else its own name. */
export function familyOf(model: string): string {
  const name = model.toLowerCase().split('/').at(-1)!;
  return FAMILIES.find(([begins]) => begins.test(name))?.[1] ?? name.replace(/[-:@.].*$/, '');
}
