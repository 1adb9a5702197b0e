export {}; export interface Store { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> }
