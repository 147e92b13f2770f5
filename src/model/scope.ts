export const SCOPES = ['read', 'analyze', 'trade', 'approve', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

const NEEDS = Symbol.for('conclave.scope');

/** Marks an HTTP handler with the scope that it needs; without the mark `read` is needed. */
export const requires =
  (scope: Scope | 'public') =>
  (_target: object, _key: string | symbol, handler: PropertyDescriptor): void => {
    Object.defineProperty(handler.value, NEEDS, { value: scope });
  };

export const requiredScope = (handler: object): Scope | 'public' =>
  (handler as { [NEEDS]?: Scope | 'public' })[NEEDS] ?? 'read';
