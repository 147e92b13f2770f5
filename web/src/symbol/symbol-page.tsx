export function SymbolPage() {
  return <h1 className="sr-only">Symbol</h1>;
}
