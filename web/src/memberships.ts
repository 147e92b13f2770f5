import { ConclaveError, type ConclaveClient } from 'conclave/client';
import { Store } from './store.js';

/** How a room stands: `joined` once the server has acknowledged it, so that what is asked by REST after that has no hole. */
export type Membership = { readonly name: 'joining' } | { readonly name: 'joined' } | { readonly name: 'refused'; readonly error: ConclaveError };

const JOINING: Membership = { name: 'joining' };
const JOINED: Membership = { name: 'joined' };
/** A page that follows another often wants the same rooms: they are left a little later. */
const LEAVE_AFTER_MS = 3_000;
const SYMBOL = 'symbol:';

interface Member {
  readonly state: Store<Membership>;
  users: number;
  leaving: ReturnType<typeof setTimeout> | undefined;
}

/** Joins rooms while somebody uses them; those that are wanted in one turn go in one command. */
export class Memberships {
  readonly #members = new Map<string, Member>();
  #wanted: string[] = [];

  constructor(private readonly client: () => ConclaveClient) {}

  state(room: string): Store<Membership> {
    return this.#member(room).state;
  }

  /** Returns what gives it up again. */
  use(room: string): () => void {
    const member = this.#member(room);
    clearTimeout(member.leaving);
    if (member.users === 0 && member.leaving === undefined) this.#want(room);
    member.leaving = undefined;
    member.users += 1;
    return () => {
      member.users -= 1;
      if (member.users === 0) member.leaving = setTimeout(() => this.#leave(room, member), LEAVE_AFTER_MS);
    };
  }

  #member(room: string): Member {
    let member = this.#members.get(room);
    if (member === undefined) {
      member = { state: new Store<Membership>(JOINING), users: 0, leaving: undefined };
      this.#members.set(room, member);
    }
    return member;
  }

  #want(room: string): void {
    this.#member(room).state.set(JOINING);
    this.#wanted.push(room);
    if (this.#wanted.length === 1) queueMicrotask(() => this.#joinWanted());
  }

  #joinWanted(): void {
    const wanted = this.#wanted;
    this.#wanted = [];
    const symbols = wanted.filter((room) => room.startsWith(SYMBOL));
    if (symbols.length > 0) this.#join(symbols);
    for (const room of wanted) if (!room.startsWith(SYMBOL)) this.#join([room]);
  }

  #join(rooms: readonly string[]): void {
    const [first] = rooms;
    const target = first?.startsWith(SYMBOL) ? rooms.map((room) => room.slice(SYMBOL.length)) : { room: first! };
    this.client().subscribe(target).then(
      () => rooms.forEach((room) => this.#members.get(room)?.state.set(JOINED)),
      (error: unknown) => this.#notJoined(rooms, error),
    );
  }

  #notJoined(rooms: readonly string[], error: unknown): void {
    if (!(error instanceof ConclaveError)) throw error;
    const used = rooms.filter((room) => (this.#members.get(room)?.users ?? 0) > 0);
    if (error.code === 'CLOSED' || used.length === 0) return;
    if (error.retryable) return void setTimeout(() => this.#join(used), Math.max(1_000, error.retryAfterMs)); // no connection yet, or asked too fast
    if (rooms.length > 1) return used.forEach((room) => this.#join([room])); // all or nothing was refused: each on its own
    for (const room of used) this.#members.get(room)?.state.set({ name: 'refused', error });
  }

  #leave(room: string, member: Member): void {
    this.#members.delete(room);
    if (member.state.get().name === 'refused') return;
    const target = room.startsWith(SYMBOL) ? room.slice(SYMBOL.length) : { room };
    this.client().unsubscribe(target).catch((error: unknown) => {
      if (!(error instanceof ConclaveError)) throw error; // a connection that is gone has left all its rooms
    });
  }
}
