"""What failed jobs cost, whose they are, which fail again and again, when and where."""
