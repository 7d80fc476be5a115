"""What reports put into a document's sections: elements, charts, weeks, measures."""
