"""Data quality over time: checks that were kept, what each delivery holds beside those before it, and two deliveries row by row."""
