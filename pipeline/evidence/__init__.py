"""Evidence packages: clip, annotated copy, stills, report and record of one incident, in a bag."""
