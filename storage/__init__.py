"""Memory: tables, keys and the one writer. Stores answer questions in the product's words; only they know SQL."""
