"""Publishing: what windows show. Asked for by events, decided when it is sent, one lane per (account, location), fenced by reading."""
