import { describe, expect, it } from '@jest/globals';
import { Screen } from './screen.js';

describe('Screen', () => {
  it('draws once for many changes, not before its time, over what it drew', async () => {
    const drawn: { text: string; at: number }[] = [];
    let wake = (): void => undefined;
    const draws = async (count: number): Promise<void> => {
      while (drawn.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    let lines = ['one', 'two'];
    const out = { columns: 80, write: (text: string): boolean => (drawn.push({ text, at: performance.now() }), wake(), true) };
    const screen = new Screen(out, () => performance.now(), () => lines, 30);
    screen.refresh();
    await draws(1);
    for (let n = 0; n < 1000; n++) screen.refresh();
    lines = ['three'];
    await draws(2);
    out.columns = 40;
    screen.end();

    const [first, second, resized, last] = drawn;
    expect(first!.text).toBe('\x1b[?25lone\x1b[K\ntwo\x1b[K\n\x1b[J');
    expect(second!.text).toBe('\x1b[?25l\x1b[2A\rthree\x1b[K\n\x1b[J');
    expect(second!.at - first!.at).toBeGreaterThan(25);
    expect(resized!.text).toContain('\x1b[2J\x1b[H');
    expect(last!.text).toBe('\x1b[?25h');
    expect(drawn).toHaveLength(4);
  });
});
