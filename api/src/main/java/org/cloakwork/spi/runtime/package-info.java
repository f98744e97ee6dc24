/** The seam to the outside: time, tasks, randomness, files, and how parts are made without OSGi. */
@Export
@Version("1.7.0")
package org.cloakwork.spi.runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
