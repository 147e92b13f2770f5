/** At most `limit` rows behind the last, newest first; null: from the newest. */
type ReadBefore<Row> = (last: Row | null, limit: number) => Promise<readonly Row[]>;

/** The newest `most` rows, oldest first, read in pages. */
export async function newestRows<Row>(before: ReadBefore<Row>, most: number, page: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  while (rows.length < most) {
    const limit = Math.min(page, most - rows.length);
    const read = await before(rows.at(-1) ?? null, limit);
    rows.push(...read);
    if (read.length < limit) break;
  }
  return rows.reverse();
}
