/** The thread of background.ts. Runs only there. Of the files it opens it changes those that follow the rows and nothing else. */
import { parentPort } from "node:worker_threads";

import { isLoreError } from "../bytes/index.ts";
import { Db, openSqliteStore, rowsError, type Store } from "../store/index.ts";
import type { Done, NumberedOrder, Order } from "./background.ts";
import { Rows } from "./fold/rows.ts";
import { openRows } from "./rows-file.ts";
import { FollowedTables, type Following } from "./followed-tables.ts";

/** What is open of one community. */
class Files {
  readonly #directory: string;
  #record: { readonly rows: Rows; readonly store: Store } | undefined;
  readonly #tables = new Map<Following, FollowedTables>();
  readonly #databases = new Map<string, Db>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Answers whether there is more to follow. */
  follow(following: Following): boolean {
    this.#record ??= this.#openRecord();
    const { rows, store } = this.#record;
    let tables = this.#tables.get(following);
    if (tables === undefined) {
      tables = FollowedTables.open(following, this.#directory, store);
      this.#tables.set(following, tables);
    }
    return tables.followBatch(rows);
  }

  #openRecord() {
    const rows = new Rows(openRows(this.#directory, { readOnly: true }));
    return { rows, store: openSqliteStore(this.#directory, { readOnly: true }) };
  }

  move(path: string): void {
    let db = this.#databases.get(path);
    if (db === undefined) {
      db = new Db(path, { durability: "full" });
      this.#databases.set(path, db);
    }
    db.get("PRAGMA wal_checkpoint(PASSIVE)");
  }

  close(): void {
    for (const tables of this.#tables.values()) tables.close();
    this.#record?.store.close();
    this.#record?.rows.db.close();
    for (const db of this.#databases.values()) db.close();
  }
}

const communities = new Map<string, Files>();

/** Answers whether the order must be carried on with. */
function carryOut(order: Order): boolean {
  const { act, directory } = order;
  let files = communities.get(directory);
  if (act === "release") {
    files?.close();
    communities.delete(directory);
    return false;
  }
  files ??= new Files(directory);
  communities.set(directory, files);
  if (act === "follow") return files.follow(order.following);
  files.move(order.path);
  return false;
}

let orders: NumberedOrder[] = [];

/**
 * Carries out one order, or a batch of it. One that is not done then goes to the end: what is short waits for no long
 * one, and authorship, for which nobody waits to write or search, comes after all others.
 */
function work(): void {
  const urgent = orders.findIndex((order) => order.act !== "follow" || order.following !== "authorship");
  const [order] = orders.splice(Math.max(0, urgent), 1);
  if (order === undefined) return;
  if (order.act === "release") abandon(order.directory);
  const outcome = attempt(order);
  if (outcome === "more") orders.push(order);
  else parentPort?.postMessage(outcome satisfies Done);
  // Orders that came meanwhile are heard first.
  if (orders.length > 0) setImmediate(work);
}

/** Following is left where it is; whoever ordered it looks how far it came. */
function abandon(directory: string): void {
  const isLeft = (order: NumberedOrder): boolean => order.act === "follow" && order.directory === directory;
  for (const { id } of orders.filter(isLeft)) parentPort?.postMessage({ id } satisfies Done);
  orders = orders.filter((order) => !isLeft(order));
}

/** What is no error of the files ends the thread. */
function attempt(order: NumberedOrder): Done | "more" {
  try {
    return carryOut(order) ? "more" : { id: order.id };
  } catch (error) {
    communities.get(order.directory)?.close();
    communities.delete(order.directory);
    const known = rowsError(error);
    if (!isLoreError(known)) throw error;
    return { id: order.id, failure: { code: known.code, message: known.message } };
  }
}

parentPort?.on("message", (order: NumberedOrder) => {
  orders.push(order);
  if (orders.length === 1) setImmediate(work);
});
