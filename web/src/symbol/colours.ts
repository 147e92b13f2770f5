const ROLES = ['surface', 'line', 'text', 'muted', 'buy', 'sell', 'hold', 'accent', 'warn'] as const;
export type Colours = Readonly<Record<(typeof ROLES)[number], string>>;

/** The theme's colours as the browser computes them, for the chart's canvas. */
export function coloursIn(element: HTMLElement): Colours {
  const probe = element.appendChild(document.createElement('span'));
  const read = (role: string): string => {
    probe.style.color = `var(--${role})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(ROLES.map((role) => [role, read(role)])) as Colours;
  probe.remove();
  return colours;
}
