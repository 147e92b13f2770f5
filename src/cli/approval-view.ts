import type { ApprovalUpdate, ListedApproval } from '../client/index.js';
import { ageText, clean, EMPTY, fit, priceText, type Paint } from './text.js';

const HASH = 12;
const IN_ORDER = new Set(['side', 'quantity', 'order_type']);
const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(2)}%`;
const driftText = ({ drift, max_drift: most }: ListedApproval): string => (typeof drift === 'number' ? `${percent(drift)} of ${(most * 100).toFixed(2)}%` : EMPTY);
const leftText = ({ expires_in_s: left }: ListedApproval): string => (left === undefined ? EMPTY : ageText(left * 1000));
const ordered = ({ intent }: ApprovalUpdate): string => `${intent.side} ${intent.quantity} ${intent.order_type}`;
const agreed = ({ given, needed }: ApprovalUpdate): string => `${given}/${needed}`;

const COLUMNS: readonly (readonly [title: string, width: number, text: (approval: ListedApproval) => string])[] = [
  ['APPROVAL', 36, ({ approval_id: id }) => id],
  ['ACCOUNT', 12, ({ account_id: id }) => id],
  ['SYMBOL', 9, ({ symbol }) => symbol],
  ['ORDER', 22, ordered],
  ['PRICE', 10, ({ price }) => priceText(price)],
  ['DRIFT', 16, driftText],
  ['LEFT', 5, leftText],
  ['GIVEN', 5, agreed],
  ['STATUS', 8, ({ status }) => status],
  ['HASH', HASH, ({ hash }) => hash],
];

/** One line each below a header; the hash is cut. */
export const approvalTable = (approvals: readonly ListedApproval[], paint: Paint): string[] => [
  paint(COLUMNS.map(([title, width]) => fit(title, width)).join(' ').trimEnd(), 'dim'),
  ...approvals.map((approval) => COLUMNS.map(([title, width, text]) => (title === 'HASH' ? approval.hash.slice(0, HASH) : fit(text(approval), width))).join(' ')),
];

/** All that the hash binds, for a person who is to agree to it. */
export function approvalLines(approval: ListedApproval): string[] {
  const more = Object.entries(approval.intent).filter(([name, value]) => !IN_ORDER.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`);
  return [
    `${approval.approval_id}  ${approval.status}`,
    `  order    ${ordered(approval)} ${approval.symbol}, account ${approval.account_id}`,
    `  with     ${more.join(', ')}`,
    `  price    ${priceText(approval.price)} when shown, drift ${driftText(approval)}`,
    `  expires  ${approval.expires_at}, in ${leftText(approval)}`,
    `  given    ${agreed(approval)}${approval.given_by.map(({ by }) => ` ${by}`).join(',')}`,
    `  decision ${approval.decision_id}`,
    ...(approval.note === undefined ? [] : [`  note     ${approval.note}`]),
    `  hash     ${approval.hash}`,
  ].map(clean);
}

/** Of an `approval_update`. */
export const approvalLine = (approval: ApprovalUpdate): string =>
  clean(`${approval.approval_id}  ${approval.status.padEnd(8)} ${agreed(approval)} ${ordered(approval)} ${approval.symbol} at ${priceText(approval.price)}, account ${approval.account_id}, hash ${approval.hash.slice(0, HASH)}${approval.note === undefined ? '' : `: ${approval.note}`}`);
