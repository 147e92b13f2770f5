/** What Excel, LibreOffice and Google take for a formula, also in the full width of East Asian input, and after what they trim. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;
/** A spreadsheet's cell holds 32,767 characters; what is beyond would spill into cells of its own, and begin them. */
const LONGEST = 32_000;

/**
 * A value as a cell. Text that a spreadsheet would take for a formula (OWASP, CSV injection) gets `'` before it, and so
 * shows as it is. Text that does not fit a cell is cut and says so: the JSON has all of it. Numbers stay numbers,
 * negative ones too: they are ours, and no text.
 */
export function cell(value: string | number | null): string | number | null {
  if (typeof value !== 'string') return value;
  const fits = value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}… (${value.length} characters; the JSON export has all)`;
  return FORMULA.test(fits) ? `'${fits}` : fits;
}
