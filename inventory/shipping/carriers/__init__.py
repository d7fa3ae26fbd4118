"""Who carries our parcels, each in a folder of its own behind `contract.py`; `registry.py` has one line for each."""
