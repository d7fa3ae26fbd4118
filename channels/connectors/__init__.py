"""One folder for each kind of shop; each knows the contract and the HTTP door, nothing else of ours, and no other connector."""
