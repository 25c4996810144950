"""What operators do, whoever asks for them: command line, API and pages. Checked, asked for, awaited."""
