"""What is shown as rows: charge points, history, a receipt."""
