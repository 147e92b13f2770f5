import { Packr } from 'msgpackr';

/** Plain MessagePack that every library reads: maps with string keys, no records, no extension types, doubles for fractions. */
const packr = new Packr({ useRecords: false, variableMapSize: true });

/** The MessagePack of a JSON text's value. The buffer may share its memory with others: copy it to keep it. */
export const msgpackOf = (json: string): Buffer => packr.pack(JSON.parse(json));
