// `node --import ./test/support/typescript.mjs file.ts` runs the source in a process of its own, without a build.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
