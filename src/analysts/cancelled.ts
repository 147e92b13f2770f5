/** Why an analyst is stopped whose answer cannot change anything any more. */
export class Cancelled extends Error {
  constructor() {
    super('The action could not change any more');
    this.name = 'Cancelled';
  }
}
