#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <time.h>
#include <sys/resource.h>
#include <string.h>
static double cpu(void){struct rusage r;getrusage(RUSAGE_SELF,&r);return r.ru_utime.tv_sec+r.ru_stime.tv_sec+1e-6*(r.ru_utime.tv_usec+r.ru_stime.tv_usec);}
int main(int c,char**v){int N=4320017;char*b=malloc(1<<16);memset(b,0,1<<16);
 for(int mode=0;mode<6;mode++){double best=1e9;
 for(int rep=0;rep<7;rep++){int keep=-1; int f=open("../big.ppm",O_RDONLY);double t=cpu();
 for(int i=0;i<10;i++){int m=-1;
  if(mode==5){ if(keep<0){keep=memfd_create("x",0);} m=keep; lseek(m,0,SEEK_SET);} else if(mode)m=memfd_create("x",0);
  long left=N; while(left>0){long n=left<65536?left:65536;
   if(mode==0||mode==1||mode==5){n=read(f,b,n); if(mode)write(m,b,n);}
   else if(mode==2)n=sendfile(m,f,0,left);
   else if(mode==3){ n=copy_file_range(f,0,m,0,left,0); if(n<0){n=left;} }
   else if(mode==4){ static int p[2]={0,0}; if(!p[1]){pipe(p);fcntl(p[1],F_SETPIPE_SZ,1<<20);} n=splice(f,0,p[1],0,left,0); long k=n; while(k>0){long g=splice(p[0],0,m,0,k,0); if(g<=0){perror("splice");exit(1);}k-=g;} }
   if(n<=0){perror("x");exit(1);} left-=n;}
  if(m>=0&&m!=keep)close(m);}
 t=cpu()-t; if(t<best)best=t; close(f); if(keep>=0)close(keep);}
 printf("mode %d: %.3f ms an image\n",mode,best*100);}
}
