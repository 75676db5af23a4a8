"""The console's pages: each handler calls one service and renders one template."""
