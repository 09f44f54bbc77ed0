"""Stories that the demo acts out: people who type, press and wait, and what must be so afterwards."""
