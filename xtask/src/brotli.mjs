// Prints, for each file named: its size, its size under Brotli, its name. Node brings Brotli along, and compiling one
// into xtask would take longer than all the rest of it.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

for (const name of process.argv.slice(2)) {
  const bytes = readFileSync(name);
  const packed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  console.log(`${bytes.length} ${packed.length} ${name}`);
}
