"""The REST interface, /wp-json/wc/v3: each module answers the operations of one contract file."""
