/** Version of the result document; raised when a reader of the old one would misread it. */
export const resultSchemaVersion = 2;
