/** Whether the command runs until it is stopped. */
export declare const isService: boolean;
