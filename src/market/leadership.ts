/** Whose word triggers runs: of several nodes only the one whose feed speaks. */
export abstract class Leadership {
  /** Ask at each occasion: it may have ended since. */
  abstract leads(): boolean;
  /** Under which this node leads or led last: what it asks for is refused where a higher one has begun. null: there is no other node. */
  abstract term(): number | null;
}

/** The only node. */
export class Alone extends Leadership {
  leads(): boolean {
    return true;
  }

  term(): null {
    return null;
  }
}
