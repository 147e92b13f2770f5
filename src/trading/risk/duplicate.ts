import { PASS, refuse, type RiskGate } from './gate.js';

export const notDuplicate: RiskGate = ({ duplicate }) => (duplicate ? refuse('DUPLICATE', 'This was decided before: use another key for another decision') : PASS);
