/** The store: the ports of log and parts, the embedded engine behind them, and what guards a data folder. */
export { makeMissing, PRIVATE_FILE_MODE, writeDurablySync } from "./durable-file.ts";
export { openError, rowsError, systemCode, systemError } from "./failure.ts";
export { openHighWater, type HighWater } from "./high-water.ts";
export { createMemoryStore } from "./memory.ts";
export { claimFolder, ownerOf } from "./owner.ts";
export type { LogStore, PartStore, Publication, Store, StoredEntry } from "./ports.ts";
export { Db } from "./sqlite/db.ts";
export { openSqliteStore } from "./sqlite/store.ts";
export { type MoveWal, Wal } from "./sqlite/wal.ts";
