import { Accounts } from './accounts.js';
import { Leaders } from './leaders.js';
import { LatestDecisions } from './latest-decisions.js';
import { Positions } from './positions.js';

export function OverviewPage() {
  return (
    <div className="space-y-3">
      <h1 className="sr-only">Trading</h1>
      <Accounts />
      <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Positions />
        <Leaders />
      </div>
      <LatestDecisions />
    </div>
  );
}
