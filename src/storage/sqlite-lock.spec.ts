import { expect, test } from '@jest/globals';
import { lockFolder } from './sqlite-lock.js';

test('a folder that nobody may write is refused with the remedy', () => {
  expect(() => lockFolder('/proc')).toThrow('DATA_DIR /proc cannot be written: give this user the right to, or set DATA_DIR to another folder');
});
