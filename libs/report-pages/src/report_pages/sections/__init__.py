"""Sections: one folder a kind, with its view, its template and its chart; see ``registry``."""
