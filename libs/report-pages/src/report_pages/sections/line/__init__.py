"""Line chart: measures over the days of the window, and over its weeks."""
