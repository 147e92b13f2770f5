/** Why the server cannot listen, with the remedy; what is not known stays as it is. */
export function listenError(error: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  const said = wordsOf((error as NodeJS.ErrnoException).code, host, port);
  return said === null ? error : new Error(said, { cause: error });
}

function wordsOf(code: string | undefined, host: string, port: number): string | null {
  switch (code) {
    case 'EADDRINUSE': return `PORT=${port} of ${host} is taken by another process: stop that one, or set PORT to another (0: any that is free)`;
    case 'EACCES': return `PORT=${port} is not for this user: set PORT to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return `HOST=${host} is no address of this machine: set HOST to one that is`;
    default: return null;
  }
}
