/**
 * A listening port on Jetty for front-ends: where it is ({@code Entrance}), who is let in ({@code Guard}), and how many
 * at once ({@code Connections}).
 */
@Export
@Version("2.0.0")
package org.cloakwork.doors;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
