/** Whether this node is shutting down. */
export class DrainState {
  draining = false;
}
