/** A carrier of the web API as it travels: PascalCase, dates as text, enums by name. Keys of dictionaries stay as they are. */
export type Wire<T> = T extends Date
  ? string
  : T extends string
    ? `${T}`
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? string extends keyof T
          ? { readonly [K in keyof T]: Wire<T[K]> }
          : { readonly [K in keyof T as Capitalize<K & string>]?: Wire<Exclude<T[K], undefined>> | null }
        : T;
