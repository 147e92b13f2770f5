export function WatchPage() {
  return <h1 className="sr-only">Live</h1>;
}
