/** Follows configuration, and is talked to by whoever runs the process. */
package org.cloakwork.control;
