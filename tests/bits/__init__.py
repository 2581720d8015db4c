"""The same bits: networks that are trained under every condition, and their recorded digests."""
